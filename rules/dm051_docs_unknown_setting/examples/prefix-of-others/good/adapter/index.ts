export const start = () => connect(process.env.PUMP_GATEWAY_URL, process.env.PUMP_TOKEN)
