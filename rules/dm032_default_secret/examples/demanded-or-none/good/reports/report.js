console.log(process.env.TIDE_HOST);
