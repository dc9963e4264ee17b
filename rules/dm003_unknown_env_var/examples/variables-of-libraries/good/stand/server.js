console.log(process.env.TOWN);
