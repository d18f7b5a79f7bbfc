package io.parlance.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

/** The README speaks of what there is, and of all of it. */
class ReadmeTest {
  @TempDir private Path classes;

  private static String readme() throws IOException {
    return Files.readString(Path.of("README.md"));
  }

  private static void properties(Class<?> type, String prefix, Set<String> names) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name = prefix + DataObjectPropertyName.toDashedForm(component.getName());
      if (component.getType().isRecord()) {
        properties(component.getType(), name + ".", names);
      } else if (!name.equals("parlance.instances")) {
        names.add(name);
      }
    }
  }

  @Test
  void everyPropertyIsInItsTable() throws Exception {
    Set<String> expected = new TreeSet<>();
    properties(ParlanceProperties.class, "parlance.", expected);
    String table = section("## Properties");
    Set<String> found = new TreeSet<>();
    Matcher names = Pattern.compile("`(parlance\\.[a-z.-]+)`").matcher(table);
    while (names.find()) {
      found.add(names.group(1));
    }
    assertThat(found).isEqualTo(expected);
  }

  private static String section(String title) throws IOException {
    String text = readme();
    int start = text.indexOf(title);
    assertThat(start).as(title).isNotNegative();
    int end = text.indexOf("\n## ", start + 1);
    return text.substring(start, end);
  }

  @Test
  void everySnippetCompiles() throws Exception {
    Matcher snippets =
        Pattern.compile("^```java\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(readme());
    List<JavaFileObject> sources = new ArrayList<>();
    while (snippets.find()) {
      String code = snippets.group(1);
      sources.add(
          new SimpleJavaFileObject(
              URI.create("string:///Snippet" + sources.size() + ".java"),
              JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
              return code;
            }
          });
    }
    assertThat(sources).hasSize(2);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of(
                    "-proc:none",
                    "-d",
                    classes.toString(),
                    "-classpath",
                    System.getProperty("java.class.path")),
                null,
                sources)
            .call();
    assertThat(compiled).as(messages.toString()).isTrue();
  }
}
