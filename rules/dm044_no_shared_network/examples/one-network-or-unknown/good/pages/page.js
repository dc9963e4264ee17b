console.log("no database here");
