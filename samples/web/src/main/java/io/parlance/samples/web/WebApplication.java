package io.parlance.samples.web;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The application. Every property of the starter and of Spring Boot is an option of it. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class WebApplication {
  /** Starts it. */
  public static void main(String[] arguments) {
    SpringApplication.run(WebApplication.class, arguments);
  }
}
