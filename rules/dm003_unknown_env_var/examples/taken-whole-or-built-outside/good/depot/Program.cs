Host.CreateDefaultBuilder(args).Build().Run();
Console.WriteLine(Environment.GetEnvironmentVariable("TOWN"));
