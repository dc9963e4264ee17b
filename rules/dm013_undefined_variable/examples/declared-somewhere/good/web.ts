export const trial = process.env.PUBLIC_TRIAL === "on";
