using IntunedDashboard.Projects.Reading;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Projects.Reading;

public sealed class CredentialFieldReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("fields");

    [Theory]
    [InlineData(
        """
        export interface CreateParams {
          username: string; // who
          /* the "password": never logged */
          password: string;
        }
        export default async function create(params: CreateParams, page: Page, context: BrowserContext): AsyncGenerator<unknown, any, string> {}
        """,
        "username:string! password:string!*")]
    [InlineData("export default async (params: { user: string, remember?: boolean, pin: number }, page: Page) => {}", "user:string! remember:boolean pin:number!*")]
    [InlineData("type P = { a: string; b: \"x\" | \"y\" | undefined }\nconst create = async (params: P) => {};\nexport default create;", "a:string! b:string")]
    [InlineData("function create(p: Readonly<P>) {}\ninterface Base { tenant: string }\ninterface P extends Base {\n  apiKey: string\n  kind:\n    | \"a\"\n    | \"b\"\n}\nexport { create as default };", "tenant:string! apiKey:string!* kind:string!")]
    [InlineData("export default async function create({ email, otp }: { email: string; otp?: string } = {} as any, page: Page) {}", "email:string! otp:string*")]
    [InlineData("type P = { user: string } & { totpSecret: string; options: { a: string } };\nexport default async function create(params: P) {}", "user:string! totpSecret:string!* options:json!")]
    public void Fields_come_from_the_parameter_type(string source, string expected) => Assert.Equal(expected, Read(source));

    [Fact]
    public void A_type_imported_from_the_project_is_followed()
    {
        Write("utils/types.ts", "export interface Login { user: string; password: string }");

        Assert.Equal("user:string! password:string!*", Read("import type { Login as L } from \"../utils/types.js\";\nexport default async function create(params: L) {}"));
    }

    [Theory]
    [InlineData("export default async function create(params: z.infer<typeof schema>, page: Page) {}")]
    [InlineData("export default async function create(params, page) {}")]
    [InlineData("export default async function create(params: any) {}")]
    [InlineData("import { P } from \"../../../../etc/types\";\nexport default async function create(params: P) {}")]
    [InlineData("interface P extends P { }\nexport default async function create(params: P) {}")]
    [InlineData("export default async function create(params: { unfinished")]
    public void Where_the_type_says_nothing_the_named_inputs_do(string source)
    {
        var inputs = new Dictionary<string, string>
        {
            ["default"] = """{ "username": "a", "access_token": "t", "port": 1 }""",
            ["other"] = """{ "username": "b", "options": {} }""",
        };

        Assert.Equal("username:string! access_token:string* port:number options:json", Read(source, inputs));
    }

    [Fact]
    public void A_project_without_create_asks_for_nothing() => Assert.Empty(CredentialFieldReader.Read(_folder.Path, createFile: null, namedInputs: null));

    public void Dispose() => _folder.Dispose();

    private string Read(string source, Dictionary<string, string>? inputs = null)
    {
        Write("auth-sessions/create.ts", source);
        var fields = CredentialFieldReader.Read(_folder.Path, "auth-sessions/create.ts", inputs);
        return string.Join(' ', fields.Select(f => $"{f.Name}:{f.Type}{(f.Required ? "!" : string.Empty)}{(f.Secret ? "*" : string.Empty)}"));
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_folder.Path, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
