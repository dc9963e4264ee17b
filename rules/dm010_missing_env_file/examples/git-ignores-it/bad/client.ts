if (!process.env.CLIENT_KEY) throw new Error("Make sure you set CLIENT_KEY in secret.env");
