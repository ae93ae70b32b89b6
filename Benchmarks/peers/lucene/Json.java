import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the ASCII JSON of corpus and queries: objects, arrays, strings, numbers, booleans; and writes strings. */
final class Json {
  private final String text;
  private int at;

  private Json(String text) { this.text = text; }

  @SuppressWarnings("unchecked")
  static Map<String, Object> object(String line) { return (Map<String, Object>) new Json(line).value(); }

  private Object value() {
    skipSpace();
    char c = text.charAt(at);
    if (c == '"') return string();
    if (c == '{') {
      Map<String, Object> found = new LinkedHashMap<>();
      at++;
      for (skipSpace(); text.charAt(at) != '}'; skipSpace()) {
        if (text.charAt(at) == ',') { at++; skipSpace(); }
        String name = string();
        skipSpace();
        at++;  // the colon
        found.put(name, value());
      }
      at++;
      return found;
    }
    if (c == '[') {
      List<Object> found = new ArrayList<>();
      at++;
      for (skipSpace(); text.charAt(at) != ']'; skipSpace()) {
        if (text.charAt(at) == ',') at++;
        found.add(value());
      }
      at++;
      return found;
    }
    int start = at;
    while (at < text.length() && ",]} ".indexOf(text.charAt(at)) < 0) at++;
    String word = text.substring(start, at);
    switch (word) {
      case "true": return true;
      case "false": return false;
      case "null": return null;
      default: return Double.parseDouble(word);
    }
  }

  private String string() {
    int start = ++at;
    int end = text.indexOf('"', start);
    if (text.lastIndexOf('\\', end) < start) {
      at = end + 1;
      return text.substring(start, end);
    }
    StringBuilder found = new StringBuilder();
    while (text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c == '\\') {
        c = text.charAt(at++);
        if (c == 'n') c = '\n';
        else if (c == 't') c = '\t';
        else if (c == 'r') c = '\r';
        else if (c == 'u') { c = (char) Integer.parseInt(text.substring(at, at + 4), 16); at += 4; }
      }
      found.append(c);
    }
    at++;
    return found.toString();
  }

  private void skipSpace() { while (text.charAt(at) <= ' ') at++; }

  static String quoted(String text) { return text == null ? "null" : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"'; }
}
