/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  // Stays in node_modules: pino's worker starts from a file there.
  serverExternalPackages: ['pino-dis'],
  // pino finds its target with `require`, while Next copies what `import` loads.
  outputFileTracingIncludes: { '/*': ['./node_modules/{pino-dis,@dis-logs/core}/dist/*.cjs'] }
}
