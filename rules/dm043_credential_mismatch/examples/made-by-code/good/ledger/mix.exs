defmodule Ledger.MixProject do
  defp aliases, do: [setup: ["deps.get", "ecto.create", "ecto.migrate"]]
end
