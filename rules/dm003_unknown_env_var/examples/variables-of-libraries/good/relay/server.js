const { connect } = require("@acme/flipbook-client");
connect();
console.log(process.env.FLAG_COLOUR);
