import { defineConfig } from 'tsdown'
import { base } from '../../tsdown.base.ts'

export default defineConfig([
  base,
  // The server's thread: loaded by path from either form of the entry, so in one form only, and all in one file.
  { ...base, entry: ['src/thread.ts'], format: ['esm'], dts: false, clean: false },
  // The page that it serves, with the library of its charts inside: it asks for nothing from elsewhere.
  {
    ...base,
    entry: { page: 'page/main.ts' },
    outDir: 'dist/page',
    format: ['iife'],
    platform: 'browser',
    target: 'es2023',
    tsconfig: 'page/tsconfig.json',
    outputOptions: { entryFileNames: 'page.js' },
    deps: { alwaysBundle: [/./] },
    dts: false,
    minify: true,
    sourcemap: false,
    clean: false,
    copy: [
      { from: 'page/{index.html,page.css,icon.svg}', to: 'dist/page' },
      { from: 'node_modules/uplot/dist/uPlot.min.css', to: 'dist/page', rename: 'uplot.css' }
    ]
  }
])
