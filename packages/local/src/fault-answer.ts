import type { Answer } from './answer.ts'
import { JSON_TYPE } from './answer.ts'
import { DIS_ERRORS, Refusal, refuseAtGateway } from './errors.ts'
import type { CheckedFault } from './fault-kinds.ts'

/** What a request gets that a fault answers: an answer, a cut connection, or nothing for as long as it lasts. */
export type FaultAnswer = Answer | Refusal | 'cut' | 'hang'

const HTML_TYPE = 'text/html; charset=utf-8'

/**
 * The malformed sample of the API reference: one object where a list should be, a number where a string
 * should be, and an entry that is both stored and failed.
 */
const MALFORMED_SAMPLE = JSON.stringify({
  failed_record_count: 2,
  records: {
    partition_id: 'shardId-0000000001',
    sequence_number: 17,
    error_code: 'DIS.4303',
    error_message: DIS_ERRORS['DIS.4303'].message
  }
})

/** The answer of a fault that stands in place of the call. Nothing is stored by any of them. */
export function faultAnswer(fault: CheckedFault): FaultAnswer {
  switch (fault.kind) {
    case '429': {
      const detail = 'policy user over ratelimit, limit: 1000, time: 1 second'
      const headers = fault.retryAfter === undefined ? {} : { 'Retry-After': String(fault.retryAfter) }
      return refuseAtGateway('APIGW.0308', detail, headers)
    }
    case '500':
      return new Refusal('dis', fault.status, 'DIS.5000', `${DIS_ERRORS['DIS.5000'].message}.`)
    case '413':
      return refuseAtGateway('APIGW.0201')
    case 'auth-401':
      return refuseAtGateway('APIGW.0301', 'injected by a fault')
    case 'auth-441':
      return new Refusal('dis', 441, fault.code, textOf(fault.code))
    case 'error':
      return new Refusal('dis', fault.status, fault.code, fault.message)
    case 'hang':
      return 'hang'
    default:
      return 'cut'
  }
}

/**
 * What becomes of the answer of a call that was carried out. A call that was refused did nothing, so its refusal stays as it is; only a
 * connection that breaks does so in any case.
 */
export function spoiltAnswer(
  answer: Answer | Refusal,
  fault: CheckedFault | undefined
): Answer | Refusal | 'cut' {
  if (fault?.kind === 'reset-after') return 'cut'
  if (answer instanceof Refusal) return answer
  switch (fault?.kind) {
    case 'object-records':
      return { status: 200, contentType: JSON_TYPE, body: MALFORMED_SAMPLE }
    case 'not-json':
      return { status: 200, contentType: HTML_TYPE, body: '<html><body>It works!</body></html>' }
    case 'empty':
      return { status: 200, contentType: JSON_TYPE, body: '' }
    default:
      return answer
  }
}

function textOf(code: string): string {
  const known = Object.entries(DIS_ERRORS).find(([name]) => name === code)
  return known === undefined ? 'Authorization error.' : `${known[1].message}.`
}
