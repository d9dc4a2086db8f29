/** The address of a service, as users write it → URL. */
import { invalidOption } from '../errors.ts'
import { isLoopback, withoutLogin } from './address.ts'

/**
 * Takes `https://host[:port]` without a path. Plain http is for loopback addresses, unless `allowInsecure` is set.
 * @throws DisConfigError that names `option`
 */
export function parseEndpoint(option: string, value: string, allowInsecure: boolean): URL {
  const given = `'${withoutLogin(value)}'`
  if (!/^https?:\/\//i.test(value))
    throw invalidOption(option, given, "write it with its scheme: 'https://host' or 'https://host:port'")
  if (!URL.canParse(value))
    throw invalidOption(option, given, "allowed: 'https://host' or 'https://host:port'")
  const url = new URL(value)
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw invalidOption(option, given, 'give it without a path: project and stream have options of their own')
  }
  if (url.username !== '' || url.password !== '') {
    throw invalidOption(
      option,
      given,
      'give it without a user name: credentials are set with {credentials|HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK|DIS_TOKEN}'
    )
  }
  if (url.protocol === 'http:' && !allowInsecure && !isLoopback(url.hostname)) {
    throw invalidOption(
      option,
      given,
      'plain http is for loopback addresses: use https; or set {http.allowInsecure}'
    )
  }
  return url
}
