/** What the types of `zstddec` name and those of Node leave out. */
declare namespace WebAssembly {
  interface WebAssemblyInstantiatedSource {
    readonly instance: unknown
  }
}
