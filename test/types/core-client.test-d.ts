/** `@dis-logs/core`, for programs of operators: the client, errors, and what stands in configurations and spools. */
import {
  type ConfigProblem,
  type ConfigValue,
  type ConsumerState,
  type CredentialFacts,
  type CredentialsReason,
  type CursorPosition,
  createClient,
  cureOf,
  type DisClient,
  DisConfigError,
  DisCredentialsError,
  DisError,
  type DisErrorCode,
  type DisRecord,
  DisRequestError,
  type EndpointProbe,
  type Inspection,
  inspectConfiguration,
  inspectSpool,
  type PartitionInfo,
  printable,
  type RecordsPage,
  renderCure,
  type SpoolInspection,
  type SpoolOwner,
  type SpoolPart,
  type SpoolRoute,
  type SpoolTarget,
  type StreamInfo,
  type TransferTask,
  type TransferTaskDetails
} from '@dis-logs/core'
import { expectTypeOf } from 'expect-type'

// The client

const client = createClient({ streamName: 'app-logs' })
expectTypeOf(client).toEqualTypeOf<DisClient>()
expectTypeOf(client.identify()).resolves.toEqualTypeOf<CredentialFacts>()
expectTypeOf(client.describeStream()).resolves.toEqualTypeOf<StreamInfo>()
expectTypeOf(client.getCursor('0', { type: 'LATEST' })).resolves.toEqualTypeOf<string>()
expectTypeOf(client.getRecords('cursor', { limit: 10 })).resolves.toEqualTypeOf<RecordsPage>()
expectTypeOf(client.consumerStates('app')).resolves.toEqualTypeOf<ConsumerState[]>()
expectTypeOf(client.listTransferTasks()).resolves.toEqualTypeOf<TransferTask[]>()
expectTypeOf(client.transferTaskDetails('task')).resolves.toEqualTypeOf<TransferTaskDetails>()
expectTypeOf(client.close()).toEqualTypeOf<Promise<void>>()
expectTypeOf<CredentialFacts['kind']>().toEqualTypeOf<'keys' | 'temporary keys' | 'token'>()
expectTypeOf<StreamInfo['partitions']>().toEqualTypeOf<readonly PartitionInfo[]>()
expectTypeOf<PartitionInfo['nextSequenceNumber']>().toEqualTypeOf<string | undefined>()
expectTypeOf<RecordsPage['records']>().toEqualTypeOf<readonly DisRecord[]>()
expectTypeOf<DisRecord['data']>().toEqualTypeOf<Buffer>()
expectTypeOf<ConsumerState['sequenceNumber']>().toEqualTypeOf<string | undefined>()
expectTypeOf<keyof TransferTask>().toEqualTypeOf<'taskName' | 'destinationType' | 'state'>()
expectTypeOf<TransferTaskDetails['fileType']>().toEqualTypeOf<string | undefined>()
const positions: CursorPosition[] = [
  { type: 'TRIM_HORIZON' },
  { type: 'LATEST' },
  { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: '1' },
  { type: 'AT_TIMESTAMP', timestamp: 0 }
]
expectTypeOf(positions).items.toEqualTypeOf<CursorPosition>()
// @ts-expect-error: which number?
client.getCursor('0', { type: 'AT_SEQUENCE_NUMBER' })

// Errors

declare const error: unknown
if (error instanceof DisRequestError) {
  expectTypeOf(error.status).toEqualTypeOf<number>()
  expectTypeOf(error.requestId).toEqualTypeOf<string | undefined>()
} else if (error instanceof DisCredentialsError) {
  expectTypeOf(error.reason).toEqualTypeOf<CredentialsReason>()
} else if (error instanceof DisConfigError) {
  expectTypeOf(error.problems).toEqualTypeOf<readonly ConfigProblem[]>()
} else if (error instanceof DisError) {
  expectTypeOf(error.code).toEqualTypeOf<DisErrorCode>()
}
expectTypeOf<DisError>().toExtend<Error>()
expectTypeOf<DisConfigError>().toExtend<DisError>()
expectTypeOf<DisErrorCode>().toEqualTypeOf<'DIS_LOGS_CONFIG' | 'DIS_LOGS_REQUEST' | 'DIS_LOGS_CREDENTIALS'>()
expectTypeOf<keyof ConfigProblem>().toEqualTypeOf<'option' | 'given' | 'allowed' | 'cure'>()
expectTypeOf<'CREDENTIALS_NOT_FOUND'>().toExtend<CredentialsReason>()

// What to do about it

expectTypeOf(cureOf('DIS.4303', { status: 441, signing: 'sdk' })).toEqualTypeOf<string>()
expectTypeOf(renderCure('set {region}', (option) => `--${option}`)).toEqualTypeOf<string>()
expectTypeOf(printable('text', '\n')).toEqualTypeOf<string>()

// A configuration

const inspection = inspectConfiguration({}, { DIS_REGION: 'cn-north-4' })
expectTypeOf(inspection).toEqualTypeOf<Inspection>()
expectTypeOf(inspection.values).toEqualTypeOf<readonly ConfigValue[]>()
expectTypeOf<ConfigValue['from']>().toEqualTypeOf<string>()
expectTypeOf(
  inspection.probeEndpoint(1_000, new AbortController().signal)
).resolves.toEqualTypeOf<EndpointProbe>()
declare const probe: EndpointProbe
if (probe.kind === 'answer') expectTypeOf(probe.status).toEqualTypeOf<number>()
else expectTypeOf(probe.cure).toEqualTypeOf<string>()

// A spool

expectTypeOf(inspectSpool('/var/spool')).toEqualTypeOf<Promise<SpoolInspection>>()
expectTypeOf<SpoolInspection['parts']>().toEqualTypeOf<readonly SpoolPart[]>()
expectTypeOf<SpoolPart['owner']>().toEqualTypeOf<SpoolOwner>()
expectTypeOf<SpoolPart['routes']>().toEqualTypeOf<readonly SpoolRoute[]>()
expectTypeOf<SpoolPart['target']>().toEqualTypeOf<SpoolTarget | undefined>()
expectTypeOf<SpoolOwner['state']>().toEqualTypeOf<'alive' | 'dead' | 'unknown'>()
expectTypeOf<SpoolRoute>().toEqualTypeOf<'partitionKey' | 'partitionId' | 'explicitHashKey' | 'spread'>()
expectTypeOf<SpoolTarget>().toEqualTypeOf<
  Readonly<Record<'origin' | 'projectId' | 'streamName' | 'streamId', string>>
>()
