const queue = connect(process.env.QUEUE_URL, Number(process.env.QUEUE_CONCURRENCY));
