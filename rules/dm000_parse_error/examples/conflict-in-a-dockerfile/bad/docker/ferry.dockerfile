<<<<<<< ours
FROM ruby:3.4-slim
=======
FROM ruby:3.3-slim
>>>>>>> theirs
COPY . /ferry
CMD ["ruby", "/ferry/main.rb"]
