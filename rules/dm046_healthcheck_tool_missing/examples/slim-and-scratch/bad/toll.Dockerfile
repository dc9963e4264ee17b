FROM openjdk:17.0.2-jdk-slim
COPY toll.jar /toll.jar
HEALTHCHECK CMD curl -f http://localhost:8080/actuator/health || exit 1
ENTRYPOINT ["java", "-jar", "/toll.jar"]
