console.log(process.env.SHOP_PORT);
