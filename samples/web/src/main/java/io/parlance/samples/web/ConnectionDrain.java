package io.parlance.samples.web;

import org.apache.catalina.connector.Connector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Lets clients go before the server does. What arrives on a connection that is kept alive at the
 * very moment at which Spring Boot's graceful shutdown begins would be closed without an answer. So
 * for a while before that, no new connections are taken, and each answer closes its connection.
 */
@Component
final class ConnectionDrain implements SmartLifecycle {
  private static final Logger LOGGER = LoggerFactory.getLogger(ConnectionDrain.class);

  private final WebServerApplicationContext context;
  private final WebLimits limits;
  private volatile boolean running;

  ConnectionDrain(WebServerApplicationContext context, WebLimits limits) {
    this.context = context;
    this.limits = limits;
  }

  @Override
  public void start() {
    running = true;
  }

  /** Of the last phase, as beans are by default, so that it stops before the server does. */
  @Override
  public void stop() {
    running = false;
    if (context.getWebServer() instanceof TomcatWebServer server) {
      LOGGER.info("no new connections; open ones have {} to end", limits.drain());
      for (Connector connector : server.getTomcat().getService().findConnectors()) {
        connector.getProtocolHandler().closeServerSocketGraceful();
      }
      for (Connector connector : server.getTomcat().getService().findConnectors()) {
        connector.getProtocolHandler().awaitConnectionsClose(limits.drain().toMillis());
      }
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
