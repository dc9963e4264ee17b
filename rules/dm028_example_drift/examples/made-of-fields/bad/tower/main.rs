#[derive(Parser)]
struct Lamp {
    #[arg(long, env)]
    lamp_colour_by_night: String,
}

#[derive(Deserialize)]
struct Bell {
    bell_volume: u8,
}

fn main() {
    shine(Lamp::parse(), envy::from_env::<Bell>());
}
