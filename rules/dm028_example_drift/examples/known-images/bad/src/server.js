connect(process.env.CRANE_DATABASE_URL, { from: process.env.CRANE_MAIL_FROM });
