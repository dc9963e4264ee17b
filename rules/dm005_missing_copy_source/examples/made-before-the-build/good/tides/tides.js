console.log("high");
