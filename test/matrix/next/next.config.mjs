const recipe = {
  serverExternalPackages: ['pino-dis', 'winston-dis'],
  outputFileTracingIncludes: { '/*': ['./node_modules/{pino-dis,@dis-logs/core}/dist/*.cjs'] }
}

export default { output: 'standalone', ...(process.env.RECIPE ? recipe : {}) }
