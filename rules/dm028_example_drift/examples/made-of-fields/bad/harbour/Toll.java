import org.springframework.beans.factory.annotation.Value;

class Toll {
    @Value("${toll.clerk.window-count}")
    private int windows;
}
