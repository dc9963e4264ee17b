@ConfigurationProperties(prefix = "calls.ring")
public class RingProperties {
    private int timeoutSeconds = 30;
    private List<String> iceServers = List.of();
}
