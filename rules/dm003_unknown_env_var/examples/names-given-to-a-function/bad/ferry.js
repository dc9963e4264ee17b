const { need } = require("./need");

console.log(need("FERRY_SIZE"), need("FERRY_PORT"));
