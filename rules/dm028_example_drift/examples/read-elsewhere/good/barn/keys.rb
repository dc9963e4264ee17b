module Keys
  PART = "__"

  def self.of(*parts)
    name = parts.join(PART).upcase
    ENV[name]
  end
end
