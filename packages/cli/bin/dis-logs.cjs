#!/usr/bin/env node
// CommonJS: it loads in half the time.
require('../dist/main.cjs')
