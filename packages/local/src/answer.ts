import type { Refusal } from './errors.ts'

/** A finished HTTP answer. Every one names its content type: the Java client cannot read one that does not. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** Content type of JSON answers. */
export const JSON_TYPE = 'application/json; charset=utf-8'

/** Content type of protobuf answers. */
export const PROTOBUF_TYPE = 'application/x-protobuf'

/** A JSON answer. */
export function jsonAnswer(value: unknown, status: number = 200): Answer {
  return { status, contentType: JSON_TYPE, body: JSON.stringify(value) }
}

/** An answer without a body, such as 201 and 204 of stream management. */
export function emptyAnswer(status: number): Answer {
  return { status, contentType: JSON_TYPE, body: '' }
}

/**
 * The answer that a refusal becomes. Always JSON, in protobuf calls too: the SDKs read errors as text.
 * DIS writes `errorCode`/`message`, its gateway `error_code`/`error_msg`/`request_id`.
 */
export function refusalAnswer(refusal: Refusal, requestId: string): Answer {
  const body =
    refusal.shape === 'dis'
      ? { errorCode: refusal.code, message: refusal.message }
      : { error_msg: refusal.message, error_code: refusal.code, request_id: requestId }
  return { ...jsonAnswer(body, refusal.status), headers: refusal.headers }
}
