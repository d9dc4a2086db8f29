const recipe = {
  serverExternalPackages: ['pino-dis', 'winston-dis'],
  outputFileTracingIncludes: { '/*': ['./node_modules/{pino-dis,@dis-logs/core,valibot}/dist/*.cjs'] }
}

export default { output: 'standalone', ...(process.env.RECIPE ? recipe : {}) }
