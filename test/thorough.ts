/**
 * Whether all of a large table is played, and not the share that each push gets: `pnpm test:thorough`. Each row and each column has its
 * turn in the share; what it leaves out is their product.
 */
export const isThorough: boolean = process.env['THOROUGH'] === '1'
