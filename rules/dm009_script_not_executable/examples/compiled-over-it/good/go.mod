module siren
