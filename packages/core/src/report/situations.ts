/** What to do in a situation that says more than its code. Options in braces, as in diagnoses.ts. Pure. */

/** More precise than the code, for a place that knows more than the code says. */
export const SITUATIONS = {
  'iam-login':
    'check domainName (the account), userName, password and project; IAM locks a user after a few wrong passwords',
  federation: 'check the identity provider (idp_id) and the ID token in its file',
  agency: `give this server an agency that may write to DIS (ECS console, Management Information); or set {credentials}`,
  'pod-identity': "check the association of the pod's service account with an agency",
  'secret-file': 'check that file, its rights, and the variable or key that names it',
  'credentials-answer':
    'check the address that credentials are asked for at, and that no proxy answers in its place',
  'credentials-fault': 'wait: it is asked again soon',
  closed: 'nothing: the producer or client is closed',
  bug: 'please report it',
  'dead-letter-file':
    'give the file to the user of this process alone: chown it, chmod 600, one name; letters are added meanwhile',
  'spool-file': 'the other files are sent; look at this one and at the disk, then delete it',
  'spool-deleted':
    'what was in memory as well is sent; what was only there is lost. Keep cleaners away from {spool.dir}',
  'wire-form': 'the service may not take this form of request: try without {wire}'
} as const

/** A situation with a cure of its own. */
export type Situation = keyof typeof SITUATIONS

/** What to do in a situation that says more than its code. */
export function cureIn(situation: Situation): string {
  return SITUATIONS[situation]
}
