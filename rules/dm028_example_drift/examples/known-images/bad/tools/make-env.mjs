import { writeFileSync } from "node:fs";

const values = {
  CRANE_LEASE_DAYS: "30",
  CRANE_LEASE_LIMIT: "5",
};
writeFileSync("../.env", Object.entries(values).map(([name, value]) => `${name}=${value}`).join("\n"));
