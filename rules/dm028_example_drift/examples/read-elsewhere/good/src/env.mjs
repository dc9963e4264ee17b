export const stock = (env = process.env) => env.STOCK_LEVEL;

export const barge = (stage) => process.env[`${stage.toUpperCase()}_BARGE_URL`];

export const credential = (kind) => {
  const name = `DOCK_GATE_${kind.toUpperCase()}`;
  return process.env[name];
};
