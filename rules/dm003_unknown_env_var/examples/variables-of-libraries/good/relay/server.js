const { connect } = require("@acme/flipbook-client");
connect();
