console.log(process.env.COUNTER_LIMIT);
