console.log("open");
console.log("Started in", process.env.TOWN)
