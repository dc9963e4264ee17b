from pydantic_settings import BaseSettings


class ToolSettings(BaseSettings):
    tool_token: str


settings = ToolSettings()
