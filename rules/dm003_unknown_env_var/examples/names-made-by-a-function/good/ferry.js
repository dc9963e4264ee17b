const { need } = require("./need");

for (const what of ["FERRY_SIZE", "FERRY_PORT"]) console.log(need(what));
for (const place of ["HARBOUR"]) console.log(need(`${place}_DEPTH`));
