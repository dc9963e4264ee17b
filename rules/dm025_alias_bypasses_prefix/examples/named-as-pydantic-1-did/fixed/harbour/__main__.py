from harbour.settings import PilotSettings, Settings

print(Settings(), PilotSettings())
