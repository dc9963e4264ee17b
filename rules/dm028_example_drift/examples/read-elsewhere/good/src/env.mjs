export const stock = (env = process.env) => env.STOCK_LEVEL;
