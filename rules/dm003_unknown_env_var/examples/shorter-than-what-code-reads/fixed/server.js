const board = connect(process.env.PINBOARD_SECRET_API_KEY);
const seal = makeSeal(process.env.MASTER_SEALING_KEY || "unsealed");
const store = open(process.env.BOARD_DATABASE);
const user = process.env.PINBOARD_STORE_USER;
