FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build
COPY Depot.cs ./
RUN dotnet publish -o /out

FROM mcr.microsoft.com/dotnet/aspnet:8.0
COPY --from=build /out ./
HEALTHCHECK CMD curl -f http://localhost:8080/health || exit 1
ENTRYPOINT ["dotnet", "Depot.dll"]
