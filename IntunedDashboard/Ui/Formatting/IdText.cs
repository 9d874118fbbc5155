namespace IntunedDashboard.Ui.Formatting;

public static class IdText
{
    /// <summary>Enough of a long random id to tell it from its neighbours.</summary>
    public static string Shorten(string id) => id.Length > 12 ? id[..8] : id;
}
