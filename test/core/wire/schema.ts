import { parse } from 'protobufjs'

/** The messages as the schema files of the official SDKs have them, for a library that knows nothing of this project. */
const { root } = parse(
  `
  syntax = "proto2";
  message PutRecordsRequest {
    optional string streamName = 1;
    repeated PutRecordsRequestEntry records = 2;
    optional string streamId = 30;
  }
  message PutRecordsRequestEntry {
    optional bytes data = 3;
    optional string explicitHashKey = 4;
    optional string partitionKey = 5;
    optional string partitionId = 6;
    optional int64 timestamp = 29;
  }
  message PutRecordsResult {
    required int32 failedRecordCount = 21;
    repeated PutRecordsResultEntry records = 22;
  }
  message PutRecordsResultEntry {
    optional string shardId = 23;
    optional string sequenceNumber = 24;
    optional string errorCode = 25;
    optional string errorMessage = 26;
  }`,
  { keepCase: true }
)
const request = root.lookupType('PutRecordsRequest')
const result = root.lookupType('PutRecordsResult')

export interface RequestMessage {
  readonly streamName?: string
  readonly records: readonly {
    readonly data: Buffer
    readonly explicitHashKey?: string
    readonly partitionKey?: string
    readonly partitionId?: string
  }[]
  readonly streamId?: string
}

export const encodeRequest = (message: RequestMessage): Buffer =>
  Buffer.from(request.encode({ ...message }).finish())

export const decodeRequest = (body: Buffer): object =>
  request.toObject(request.decode(body), { longs: Number })

export interface ResultMessage {
  readonly failedRecordCount: number
  readonly records: readonly {
    readonly shardId?: string
    readonly sequenceNumber?: string
    readonly errorCode?: string
    readonly errorMessage?: string
  }[]
}

export const encodeResult = (message: ResultMessage): Buffer =>
  Buffer.from(result.encode({ ...message }).finish())
