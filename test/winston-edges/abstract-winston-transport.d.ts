declare module 'abstract-winston-transport' {
  /** Registers tests with the globals of mocha. */
  export default function suite<Options>(suite: {
    readonly name: string
    readonly Transport: new (options: Options) => object
    readonly construct: () => Options
  }): void
}
