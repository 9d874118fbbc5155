# The dashboard with its browsers. One image is every node: Node__Role says what it does.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# The commit, which the page Nodes shows beside the version: --build-arg REVISION=$(git rev-parse HEAD)
ARG REVISION
WORKDIR /source
COPY . .
RUN dotnet publish IntunedDashboard --configuration Release -p:PublishReadyToRun=true -p:SourceRevisionId=$REVISION --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
ENV PLAYWRIGHT_BROWSERS_PATH=/opt/browsers \
    Dashboard__DataDirectory=/data \
    ASPNETCORE_HTTP_PORTS=8080
# The Playwright that the product carries installs the browsers that belong to it. Python, Node and npm are for projects that use them.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 python3-venv npm fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji \
    && ./.playwright/node/linux-*/node .playwright/package/cli.js install --with-deps chromium chromium-headless-shell \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir /data && chown app:app /data
USER app
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["dotnet", "IntunedDashboard.dll"]
